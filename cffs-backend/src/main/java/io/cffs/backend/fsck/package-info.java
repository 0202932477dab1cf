/**
 * The consistency checker: reads one volume at a pinned snapshot while it is in use and says what does not fit.
 *
 * <p>{@link io.cffs.backend.fsck.VolumeCheck} runs the passes; {@link io.cffs.backend.fsck.CheckId} lists what is
 * checked; {@link io.cffs.backend.fsck.CheckJobs} runs checks for clients, who see {@link io.cffs.txn.port.CheckPort}.
 * Nothing here writes.
 *
 * <p>Memory: 62 bytes per inode of the volume, in the process that leads it, for as long as the check runs. How a
 * finding is shown to people and machines, and the exit status, belong to the command.
 */
package io.cffs.backend.fsck;
