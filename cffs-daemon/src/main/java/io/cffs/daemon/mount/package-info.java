/**
 * Puts a mount together: a backend and a volume become a directory in which programs run. Where a front end starts:
 * {@link io.cffs.daemon.mount.MountedVolume#open}. Every part is made and closed here, and none decides anything here.
 */
package io.cffs.daemon.mount;
