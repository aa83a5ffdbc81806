import kafkaErrors from 'kafkajs/src/protocol/error.js';
import leaveGroup, {type LeftGroup} from 'kafkajs/src/protocol/requests/leaveGroup/v3/response.js';

/**
 * KafkaJS begins to read the error of the whole and does not wait for it: where a member has one too, the first is caught
 * by nobody, and ends the process.
 */
export function readLeaveGroupInOrder(): void {
  leaveGroup.parse = async (answer: LeftGroup) => {
    const wrong = [answer, ...answer.members].find(({errorCode}) => errorCode !== 0);
    if (wrong) throw kafkaErrors.createErrorFromCode(wrong.errorCode);
    return answer;
  };
}
