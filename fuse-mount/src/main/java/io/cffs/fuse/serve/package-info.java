/**
 * What every transport does with a request once it has it: the first exchange, the way to the handler's method, and an
 * answer in every case; and how its end is waited for. Knows no descriptor and starts no thread.
 */
package io.cffs.fuse.serve;
