import type { Props, System } from "./system.ts";

interface ExecuteProps extends Props, Pick<System, "oas3Selectors"> {
  readonly path: string;
  readonly method: string;
  readonly operation: { readonly get: (key: string) => unknown };
}

/** Keeps Execute disabled until the fields of the body are there: before that, Swagger UI would send nothing. */
export const readyBodies = () => ({
  wrapComponents: {
    execute: (Execute: unknown, { React }: System) =>
      function ReadyExecute(props: ExecuteProps) {
        const { operation, oas3Selectors, path, method } = props;
        const isWaiting =
          operation.get("requestBody") !== undefined &&
          oas3Selectors.requestBodyValue(path, method) === undefined;
        return React.createElement(Execute, { ...props, disabled: isWaiting || props.disabled });
      },
  },
});
