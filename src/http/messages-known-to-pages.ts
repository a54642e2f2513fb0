/** Messages that the admin page recognises in answers, to add its own explanation. */

/** A change was refused because the store cannot be written, for example on a full disk. Reads still work. */
export const STORE_UNCHANGED = "The store cannot be changed now. Nothing was changed; try again later";

/** No token of this store has that secret. */
export const UNKNOWN_TOKEN = "The token is unknown";
