import {refusalOf} from '../errors.ts';
import {stateNames} from '../group/groups.ts';
import {noAssignment} from '../group/member.ts';
import {deleteGroups, describeGroups, listGroups} from '../messages/groups.ts';
import {allowed} from './allowed.ts';
import {answer} from './handler.ts';
import {once} from './once.ts';

export const answerDescribeGroups = answer(describeGroups, (request, _, {groups}) => ({
  groups: once(request.groups).map(groupId => {
    const group = groups.get(groupId);
    const operations = request.includeAuthorizedOperations && {authorizedOperations: allowed.group};
    if (!group) return {groupId, groupState: stateNames.dead, ...operations};
    const stable = group.state === 'stable';
    return {
      groupId,
      ...operations,
      groupState: stateNames[group.state],
      protocolType: group.protocolType ?? '',
      protocolData: stable ? (group.protocol ?? '') : '',
      members: group.members.map(member => ({
        memberId: member.id,
        groupInstanceId: member.instanceId,
        clientId: member.clientId,
        clientHost: `/${member.clientHost}`,
        memberMetadata: stable ? member.metadata(group.protocol) : noAssignment,
        memberAssignment: stable ? member.assignment : noAssignment,
      })),
    };
  }),
}));

export const answerListGroups = answer(listGroups, (request, _, {groups}) => {
  const states = request.statesFilter.map(each => each.toLowerCase());
  return {
    groups: groups
      .all()
      .map(group => ({
        groupId: group.id,
        protocolType: group.protocolType ?? '',
        groupState: stateNames[group.state],
      }))
      .filter(({groupState}) => states.length === 0 || states.includes(groupState.toLowerCase())),
  };
});

export const answerDeleteGroups = answer(deleteGroups, (request, _, {groups}) => ({
  results: request.groupsNames.map(groupId => {
    try {
      groups.delete(groupId);
      return {groupId, errorCode: 0};
    } catch (error) {
      return {groupId, errorCode: refusalOf(error).code};
    }
  }),
}));
