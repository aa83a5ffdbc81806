import {readFile} from 'node:fs/promises';
import type {ErrorObject, ValidateFunction} from 'ajv';
import type {Failure} from '../flow/outcome.ts';
import type {Check} from './built-in.ts';

/** So many reasons are told of one value; the rest is counted. */
const mostReasons = 3;

/**
 * Reads a JSON Schema (2020-12 unless its `$schema` says 2019-09 or draft-07; formats are checked) and compiles it.
 * References reach within the file only. Rejects with a sentence when the file is missing, no JSON, or no schema.
 */
export async function loadSchema(path: string): Promise<Check> {
  let schema: unknown;
  try {
    schema = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : messageOf(error);
    throw new Error(`The schema ${path} cannot be read: ${reason}`);
  }
  if (typeof schema !== 'boolean' && (typeof schema !== 'object' || schema === null || Array.isArray(schema)))
    throw new Error(`The schema ${path} is no JSON Schema: it must be an object, true or false`);
  try {
    return checkWith(await compile(schema));
  } catch (error) {
    throw new Error(`The schema ${path} is no usable JSON Schema: ${messageOf(error)}`);
  }
}

async function compile(schema: object | boolean): Promise<ValidateFunction> {
  const Ajv = await dialectOf(schema);
  const {default: addFormats} = await import('ajv-formats');
  // Not strict: a schema may say more than this validator knows (titles of form builders, vendor keywords).
  const ajv = new Ajv({strict: false, logger: false});
  addFormats.default(ajv);
  return ajv.compile(schema);
}

/** By `default`: within a bundle it is all that a CommonJS module has. */
async function dialectOf(schema: object | boolean) {
  const said = typeof schema === 'object' && '$schema' in schema ? String(schema.$schema) : '2020-12';
  if (said.includes('2020-12')) return (await import('ajv/dist/2020.js')).default.Ajv2020;
  if (said.includes('2019-09')) return (await import('ajv/dist/2019.js')).default.Ajv2019;
  if (said.includes('draft-07')) return (await import('ajv')).default.Ajv;
  throw new Error(`$schema is ${said}; known are 2020-12, 2019-09 and draft-07`);
}

function checkWith(validate: ValidateFunction): Check {
  return value => {
    try {
      return validate(value) === true ? null : invalid(reasonsOf(validate.errors ?? []));
    } catch (error) {
      // A schema that refers to itself goes down as deep as the value does.
      if (error instanceof RangeError) return invalid('the value is nested too deeply to be checked');
      return invalid(`the value cannot be checked: ${messageOf(error)}`);
    }
  };
}

function reasonsOf(errors: readonly ErrorObject[]): string {
  const reasons = errors.slice(0, mostReasons).map(reasonOf);
  const more = errors.length - reasons.length;
  return reasons.join('; ') + (more > 0 ? `; and ${more} more` : '');
}

/** The JSON pointer (`/` stands for the whole value) and what is wrong there. */
function reasonOf({instancePath, message, keyword, params}: ErrorObject): string {
  const detail =
    keyword === 'enum'
      ? `: ${JSON.stringify(params.allowedValues)}`
      : keyword === 'const'
        ? `: ${JSON.stringify(params.allowedValue)}`
        : keyword === 'additionalProperties' || keyword === 'unevaluatedProperties'
          ? `: ${String(params.additionalProperty ?? params.unevaluatedProperty)}`
          : '';
  return `${instancePath || '/'} ${message ?? keyword}${detail}`;
}

function invalid(message: string): Failure {
  return {name: 'invalid', message, permanent: true};
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
