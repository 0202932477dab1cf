/**
 * The backend: decides, orders, remembers.
 *
 * <p>{@code .commit} is the pipeline (validate, order, log, acknowledge, apply) with its log and ledger, {@code .store}
 * the versioned state and the bulk blocks, {@code .trim} what removes versions that nobody can read any more, {@code
 * .disk} the few file operations whose durability matters, {@code .fsck} the checker, {@code .server} and {@code
 * .client} the two ends of the wire and {@code .wire} what they share. {@code LocalBackend} puts them together in one
 * process. The function side may call nothing here but {@code .client}, and whoever composes an embedded store.
 */
package io.cffs.backend;
