/** A small file system in memory, for the tests of this module and for measuring what a request costs. */
package io.cffs.fuse.mem;
