/**
 * Contents of large files, each as one file of the host: what the kernel reads by itself when a program opens one
 * (passthrough). {@link io.cffs.daemon.content.ContentFiles} is the directory that all instances of a tenant share,
 * bounded in bytes; {@link io.cffs.daemon.content.ContentBuild} fills one from what a program reads. A content never
 * changes: it is named by volume, inode and the version of the inode, which is put with every change of its bytes.
 * Not here: when a file is served this way ({@code daemon.fuse}), and blocks ({@code daemon.cache}).
 */
package io.cffs.daemon.content;
