import type {CodeOptions} from './tsconfig.ts';

type Node = {loc?: unknown; type: string};
type Decorated = {decorators?: {expression: Expression}[] | null};
type Expression = Node & {
  left?: Node & {callee?: {object?: {name?: string}; property?: {name?: string}}};
  right?: Node;
};
type Path<Of> = {
  node: Of;
  // biome-ignore lint/suspicious/noExplicitAny: each visitor has a node of its own.
  traverse(visitor: Record<string, (path: Path<any>) => void>): void;
};
/** Of what Babel gives to a plugin. */
type Babel = {
  types: {
    traverseFast(node: object, see: (node: Node) => void): void;
    arrowFunctionExpression(parameters: Node[], body: Node): Node;
    blockStatement(statements: Node[]): Node;
  };
};

/**
 * A plugin for Babel that prepares decorators, before any other plugin moves them. They go before their class: with lines
 * of their own they would push the class down to theirs, and every error in it would be told at a wrong line. Types
 * are told to decorators (`design:type`) only where TypeScript tells them.
 */
export function decorators(options: CodeOptions | null) {
  return ({types}: Babel) => ({
    name: 'decorators',
    visitor: {
      Program(program: Path<Node>) {
        const prepare = ({node}: Path<Decorated>) => {
          if (!node.decorators?.length) return;
          node.decorators = node.decorators.filter(
            ({expression}) => options?.emitDecoratorMetadata || !isMetadata(expression),
          );
          for (const {expression} of node.decorators) {
            // `Reflect.metadata?.(…) || (t => t)`: what the function returns would be taken for the member's descriptor.
            if (isMetadata(expression))
              expression.right = types.arrowFunctionExpression([], types.blockStatement([]));
          }
        };
        program.traverse({
          Class: prepare,
          ClassMethod: prepare,
          ClassProperty: prepare,
          Decorator({node}: Path<Node>) {
            types.traverseFast(node, each => {
              each.loc = null;
            });
          },
        });
      },
    },
  });
}

/** As the compiler adds it, whether it was asked to or not. */
function isMetadata({type, left}: Expression): boolean {
  const callee = type === 'LogicalExpression' ? left?.callee : undefined;
  return callee?.object?.name === 'Reflect' && callee.property?.name === 'metadata';
}
