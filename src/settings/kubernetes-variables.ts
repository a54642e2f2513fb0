/**
 * Kubernetes sets these in every container for each service beside it, here for services named `publisher` or
 * `publisher-…`. https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
 */
const SERVICE_NAME =
  /^PUBLISHER(?:_[A-Z\d_]+)?_(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z\d_]+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)$/;

/** `PUBLISHER_PORT` has the name of a setting, so its value decides: `tcp://10.96.12.34:8080` is the service's address. */
const PORT_NAME = /^PUBLISHER(?:_[A-Z\d_]+)?_PORT$/;
const SERVICE_ADDRESS = /^(?:tcp|udp|sctp):\/\/(?:[\d.]+|\[[\da-f:.]+\]):\d+$/i;

/** True for a variable that Kubernetes sets for a service. It is no setting. */
export function isServiceVariable(name: string, value: string): boolean {
  return SERVICE_NAME.test(name) || (PORT_NAME.test(name) && SERVICE_ADDRESS.test(value));
}
