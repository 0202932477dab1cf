/**
 * What the launcher runs once, after a build, to make later starts short. Nothing here is loaded when a command runs.
 */
package io.cffs.daemon.packaging;
