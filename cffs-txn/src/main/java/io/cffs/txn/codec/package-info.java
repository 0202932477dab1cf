/**
 * The byte form of everything that crosses a socket or is written to a log: one {@link io.cffs.txn.codec.Codec} per
 * type, all of them listed in {@link io.cffs.txn.codec.Codecs}. File bytes may stay where they are until they are
 * copied to the socket or the log ({@link io.cffs.txn.codec.Pieces}).
 *
 * <p>Any bytes decode to a value or are refused with a {@link io.cffs.txn.codec.CodecException}: every count is bounded
 * by a limit and by the bytes that are there, before anything is allocated. A top-level form starts with a version
 * byte. The golden files under {@code src/test/resources/golden} hold the forms still.
 *
 * <p>Numbers: "unsigned" is LEB128 (7 bits a byte, low first), "fixed" is 8 bytes, big endian. Lists are a count and
 * the elements; texts and byte runs are a length and the bytes; optional values are preceded by 0 or 1; variants by
 * their tag. Not here: frames, compression and checksums of the wire ({@code io.cffs.backend.wire}).
 */
package io.cffs.txn.codec;
