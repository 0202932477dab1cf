/** System calls that the JDK has no door to, through the foreign-function interface. Linux, glibc or musl, 64 bit. */
package io.cffs.fuse.sys;
