import type {CodeOptions} from './tsconfig.ts';

/** Of Babel's syntax tree, what is looked at here. */
type Node = object;
type ClassProperty = {
  key: Node & {name?: string; type: string};
  value?: Node | null;
  computed?: boolean;
  static?: boolean;
  declare?: boolean;
  definite?: boolean;
  decorators?: {expression: Node}[] | null;
};
type Path<Of> = {
  node: Of;
  remove(): void;
  replaceWith(node: Node): void;
  insertAfter(node: Node): void;
  traverse(visitor: Record<string, (path: Path<ClassProperty>) => void>): void;
};
/** Of what Babel gives to a plugin. */
type Babel = {types: Record<string, (...parts: unknown[]) => Node>};

const decorate = Symbol.for('kafka-notify.decorate');

/**
 * A plugin for Babel that makes of the fields of classes what TypeScript makes of them, before any other plugin sees them.
 * Legacy decorators of fields (`@Column() name!: string`), for which jiti's compiler lacks a part, are called as TypeScript
 * calls them. Where fields are no definitions, those without a value are no code, so that they do not undo what a base
 * class assigned.
 */
export function classFields(options: CodeOptions | null) {
  Object.assign(globalThis, {[decorate]: decorateField});
  const isLegacy = options?.experimentalDecorators ?? false;
  const define = definesFields(options);
  return ({types}: Babel) => ({
    name: 'class-fields',
    visitor: {
      Program(program: Path<Node>) {
        program.traverse({
          ClassProperty(path) {
            const {node} = path;
            node.definite = false;
            const decorators = node.decorators ?? [];
            const isCode = Boolean(node.value) || (define && !node.declare) || node.computed;
            if (decorators.length > 0 && isLegacy) {
              node.decorators = null;
              const call = callFor(types, node, decorators);
              if (isCode) path.insertAfter(call);
              else path.replaceWith(call);
            } else if (decorators.length === 0 && !isCode) path.remove();
          },
        });
      },
    },
  });
}

/** `static { decorateField([decorators], this.prototype, "name"); }`, which runs when the class is made. */
function callFor(
  types: Babel['types'],
  node: ClassProperty,
  decorators: readonly {expression: Node}[],
): Node {
  const {key, computed} = node;
  const name =
    key.type === 'Identifier' && !computed ? types.stringLiteral!(key.name) : types.cloneNode!(key);
  const self = types.thisExpression!();
  const target = node.static ? self : types.memberExpression!(self, types.identifier!('prototype'));
  const symbol = types.callExpression!(
    types.memberExpression!(types.identifier!('Symbol'), types.identifier!('for')),
    [types.stringLiteral!(decorate.description)],
  );
  const helper = types.memberExpression!(types.identifier!('globalThis'), symbol, true);
  const list = types.arrayExpression!(decorators.map(({expression}) => expression));
  const call = types.callExpression!(helper, [list, target, name]);
  return types.staticBlock!([types.expressionStatement!(call)]);
}

type FieldDecorator = (
  target: object,
  name: PropertyKey,
  descriptor: undefined,
) => PropertyDescriptor | undefined;

/** As TypeScript's `__decorate` does it for a field: the last decorator first, with no descriptor. */
function decorateField(decorators: readonly FieldDecorator[], target: object, name: PropertyKey): void {
  let descriptor: PropertyDescriptor | undefined;
  for (const decorator of decorators.toReversed()) {
    descriptor = decorator(target, name, descriptor as undefined) ?? descriptor;
  }
  if (descriptor) Object.defineProperty(target, name, descriptor);
}

/** TypeScript's rule: as it is told to, else from ES2022 on. */
function definesFields(options: CodeOptions | null): boolean {
  if (options?.useDefineForClassFields !== undefined) return options.useDefineForClassFields;
  const target = options?.target?.toLowerCase();
  if (target === undefined || target === 'esnext') return true;
  const year = /^es(20\d\d)$/.exec(target)?.[1];
  return year !== undefined && Number(year) >= 2022;
}
