/**
 * What clients observed, and whether it can be true. A {@link io.cffs.test.history.History} is a list of
 * {@link io.cffs.test.history.AttemptRecord}s: each {@link io.cffs.test.history.FsCall} that an attempt made, with its
 * {@link io.cffs.test.history.FsResult}, the snapshot it ran at and the outcome it was told.
 * {@link io.cffs.test.history.ReplayChecker} runs the committed attempts again in timestamp order on a
 * {@link io.cffs.test.history.TreeModel}, a tree of plain maps that shares no code with the product, and every result
 * of every attempt has to come out again: at its snapshot, and for a committed one at its place in the order as well.
 */
package io.cffs.test.history;
