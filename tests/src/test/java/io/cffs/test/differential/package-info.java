/**
 * The same operations in a CFFS mount and in a directory of the local file system. The driver {@code differ.py}, a
 * process of its own, does each operation in both and compares the answers and the whole trees after every step; what
 * may differ stands in its list with reasons. A failure prints the seed and a shrunk list of operations, which then
 * becomes a file beside {@code corner-cases.json}.
 */
package io.cffs.test.differential;
