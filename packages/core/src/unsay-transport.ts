/** The transport of `@unsay/server` alone, for pages that fetch it when the first run begins. */
export { createUnsayTransport, type UnsayTransportOptions } from "./transport/unsay-transport.js";
