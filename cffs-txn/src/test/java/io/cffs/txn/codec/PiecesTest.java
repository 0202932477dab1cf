package io.cffs.txn.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.Bytes;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class PiecesTest {
    /** Runs shorter and longer than those that are copied, next to one another and not, and none. */
    private static int[][] shapes() {
        return new int[][] {{}, {0}, {5},
            {8191}, {8192}, {20_000}, {12_000, 12_000}, {12_000, 7, 12_000}, {7, 12_000, 7},
            {8192, 8192, 8192, 8192, 8192, 8192, 8192, 8192, 8192, 8192}};
    }

    private static ByteWriter write(ByteWriter to, int[] shape) {
        to.putByte(7);
        for (int i = 0; i < shape.length; i++) {
            byte[] run = new byte[shape[i]];
            for (int at = 0; at < run.length; at++) {
                run[at] = (byte) (at * 31 + i);
            }
            to.putRun(Bytes.owning(run));
        }
        to.putFixed(9);
        return to;
    }

    @Test
    void whatIsGatheredIsWhatIsWritten() {
        for (int[] shape : shapes()) {
            byte[] expected = write(new ByteWriter(16), shape).toArray();
            ByteWriter gathering = write(ByteWriter.gathering(16), shape);
            Pieces pieces = gathering.pieces();
            String what = Arrays.toString(shape);
            assertEquals(expected.length, gathering.length(), what);
            assertEquals(expected.length, pieces.length(), what);
            assertArrayEquals(expected, pieces.toArray(), what);
            assertArrayEquals(expected, gathering.toArray(), what);
            ByteBuffer direct = ByteBuffer.allocateDirect(expected.length);
            pieces.copyTo(direct);
            assertEquals(ByteBuffer.wrap(expected), direct.flip(), what);
            assertEquals(ByteBuffer.wrap(expected), pieces.asBuffer(), what);
            CRC32C crc = new CRC32C();
            crc.update(expected, 1, expected.length - 1);
            CRC32C gathered = new CRC32C();
            pieces.addTo(gathered, 1);
            assertEquals(crc.getValue(), gathered.getValue(), what);
        }
    }

    @Test
    void anyRangeCanBeTaken() {
        for (int[] shape : shapes()) {
            byte[] expected = write(new ByteWriter(16), shape).toArray();
            Pieces pieces = write(ByteWriter.gathering(16), shape).pieces();
            for (int from = 0; from <= expected.length; from += 1 + from / 3) {
                for (int to = from; to <= expected.length; to += 1 + (to - from) / 2) {
                    ByteBuffer range = ByteBuffer.allocate(to - from);
                    pieces.copyTo(from, to - from, range);
                    assertArrayEquals(Arrays.copyOfRange(expected, from, to), range.array(),
                            Arrays.toString(shape) + " " + from + " to " + to);
                }
            }
            assertThrows(IndexOutOfBoundsException.class,
                    () -> pieces.copyTo(1, expected.length, ByteBuffer.allocate(expected.length)));
            assertThrows(IndexOutOfBoundsException.class, () -> pieces.copyTo(-1, 1, ByteBuffer.allocate(1)));
        }
    }

    /** That is the point of it. */
    @Test
    void longRunsStayWhereTheyAre() {
        assertTrue(write(ByteWriter.gathering(16), new int[] {8191}).pieces().isOne());
        ByteWriter gathering = write(ByteWriter.gathering(16), new int[] {100_000});
        assertFalse(gathering.pieces().isOne());
        assertTrue(gathering.array().length < 200, "nothing was copied");
    }

    /** Each form that the codec has. */
    @Test
    void formsAreTheSameGathered() {
        for (int seed = 0; seed < 50; seed++) {
            for (Samples.Source<?> source : new Samples(seed).sources()) {
                compare(source, seed);
            }
        }
    }

    private static <T> void compare(Samples.Source<T> source, int seed) {
        T value = source.draw().get();
        ByteWriter to = ByteWriter.gathering(16);
        source.codec().encode(value, to);
        assertArrayEquals(source.codec().encode(value), to.toArray(), source.file() + " seed " + seed);
    }
}
