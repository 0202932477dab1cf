/**
 * One mount is one session: from an invocation to its transaction, from the transaction to its attempts.
 *
 * <p>{@link io.cffs.daemon.session.InvocationLoop} decides, and only decides: begin, run the body, commit, and what
 * the outcome means for the next step. It works on {@link io.cffs.daemon.session.Attempts}, which
 * {@link io.cffs.daemon.session.Session} implements for a real mount and a fake implements in tests. The session owns
 * the one lock, the current attempt and the gate that stops requests around a commit. Not here: the kernel's words
 * ({@code io.cffs.daemon.fuse}), inode and handle tables ({@code io.cffs.daemon.vfs}), cached objects
 * ({@code io.cffs.daemon.cache}) and processes (the command line supplies the body).
 */
package io.cffs.daemon.session;
