/**
 * The promises of the README on real mounts: separate processes, started by the {@code cffs} launcher as a user starts
 * them, on the kernel's FUSE. Every file call under test is made by another process than the JVM that serves the mount.
 *
 * <p>{@link io.cffs.test.mount.CffsCommand} starts commands and bounds them in time, {@link
 * io.cffs.test.mount.StoreTest} gives each test a store of its own; each test class shows one promise. {@code
 * -Dcffs.kills=N} sets how many random moments the kill tests try.
 */
package io.cffs.test.mount;
