/** A value that is there now, or comes later. A store in this process answers at once, another one later. */
export type Awaitable<T> = T | Promise<T>;

/** Goes on with a value, at once if it is there: on the way of every request, `await` would cost more than the rest. */
export function andThen<T, U>(value: Awaitable<T>, next: (value: T) => Awaitable<U>): Awaitable<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
