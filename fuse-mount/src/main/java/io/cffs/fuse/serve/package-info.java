/**
 * What every transport does with a request once it has it: the first exchange, the way to the handler's method, and an
 * answer in every case; and a session's way from its beginning to its end ({@link io.cffs.fuse.serve.ServedSession}).
 * Knows no descriptor and starts no thread.
 */
package io.cffs.fuse.serve;
