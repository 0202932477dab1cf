package io.cffs.backend.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.backend.Seeded;
import io.cffs.model.Bytes;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.StagedId;
import io.cffs.txn.codec.CodecException;
import io.cffs.txn.codec.Codecs;
import io.cffs.txn.codec.Pieces;
import io.cffs.txn.codec.Request;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class FrameReaderTest {
    /** Gives bytes in pieces of at most {@code pieceBytes}. */
    private record Source(ByteBuffer bytes, int pieceBytes) implements Duplex {
        @Override
        public int read(ByteBuffer target) {
            int count = Math.min(Math.min(pieceBytes, target.remaining()), bytes.remaining());
            if (!bytes.hasRemaining()) {
                return -1;
            }
            target.put(bytes.slice(bytes.position(), count));
            bytes.position(bytes.position() + count);
            return count;
        }

        @Override
        public void write(ByteBuffer source) {}

        @Override
        public String peer() {
            return "test";
        }

        @Override
        public boolean betweenHosts() {
            return true;
        }

        @Override
        public void close() {}
    }

    private static Request.Stage stage(byte[] bytes) {
        return new Request.Stage(VolumeName.DEFAULT, new StagedId(new TxnId(1, 2), 3), Bytes.copyOf(bytes));
    }

    private static byte[] bytesOf(Pieces frame) {
        return frame.toArray();
    }

    private static FrameReader reading(byte[] bytes, int pieceBytes) {
        return new FrameReader(new Source(ByteBuffer.wrap(bytes), pieceBytes), FrameReader.UNTOLD);
    }

    @Test
    void framesOfEveryLengthComeBackHoweverTheyArrive() throws IOException, CodecException {
        Seeded seeded = new Seeded(1);
        for (int length : new int[] {0, 1, 4000, 5000, 32_768, 300_000, 1_500_000}) {
            for (boolean random : new boolean[] {true, false}) {
                Request.Stage request = stage(random ? seeded.bytes(length) : new byte[length]);
                byte[] bytes = bytesOf(Frame.encode(9, Codecs.REQUEST, request, true));
                if (!random && length >= 5000) {
                    assertTrue(bytes.length < length / 10, "zeros are compressed: " + bytes.length);
                }
                for (int piece : new int[] {length < 10_000 ? 1 : 777, Integer.MAX_VALUE}) {
                    FrameReader reader = reading(bytes, piece);
                    Frame frame = reader.next();
                    assertEquals(9, frame.requestId());
                    assertEquals(request, Codecs.REQUEST.decode(frame.payload()));
                    assertNull(reader.next());
                }
            }
        }
    }

    @Test
    void severalFramesInOnePiece() throws IOException {
        byte[] one = bytesOf(Frame.encode(1, Codecs.REQUEST, new Request.Status(VolumeName.DEFAULT), false));
        byte[] two = bytesOf(Frame.encode(2, Codecs.REQUEST, stage(new byte[100_000]), true));
        byte[] both = ByteBuffer.allocate(one.length + two.length).put(one).put(two).array();
        FrameReader reader = reading(both, Integer.MAX_VALUE);
        assertEquals(1, reader.next().requestId());
        assertEquals(2, reader.next().requestId());
        assertNull(reader.next());
    }

    @Test
    void changedBytesAreNoticed() throws IOException {
        for (boolean compressible : new boolean[] {true, false}) {
            byte[] content = compressible ? new byte[6000] : new Seeded(4).bytes(600);
            byte[] good = bytesOf(Frame.encode(5, Codecs.REQUEST, stage(content), true));
            for (int i = 0; i < good.length; i++) {
                // The request id is not covered: a wrong one is an answer to nobody.
                if (i < 8 || i >= 16) {
                    byte[] bad = good.clone();
                    bad[i] ^= 0x41;
                    int at = i;
                    assertThrows(IOException.class, () -> {
                        Frame frame = reading(bad, 100).next();
                        assertArrayEquals(bad, good, "byte " + at + " gave " + frame);
                    });
                }
            }
        }
    }

    @Test
    void lengthsAreCheckedBeforeRoomIsMade() {
        for (int[] header : new int[][] {
            {-1, 0, -1}, {0, 0, 0}, {Integer.MAX_VALUE, 0, Integer.MAX_VALUE}, {10, 0, 11}, {100, 2, 100},
            {100, 1, 100 * 256}, {100, 1, 99}, {Wire.FRAME_BYTES_MAX + 1, 0, Wire.FRAME_BYTES_MAX + 1},
        }) {
            ByteBuffer bytes = ByteBuffer.allocate(64);
            bytes.putInt(header[0]).putInt(header[1]).putLong(1).putInt(header[2]).putInt(0);
            assertThrows(ProtocolException.class, () -> reading(bytes.array(), 64).next());
        }
    }

    @Test
    void aFrameThatIsAnnouncedAndNeverComesCostsLittle() {
        ByteBuffer bytes = ByteBuffer.allocate(Wire.HEADER_BYTES);
        bytes.putInt(Wire.FRAME_BYTES_MAX).putInt(0).putLong(1).putInt(Wire.FRAME_BYTES_MAX).putInt(0);
        // Hundreds at once would not fit into the test's heap if room were made for them.
        for (int i = 0; i < 300; i++) {
            assertThrows(IOException.class, () -> reading(bytes.array(), 64).next());
        }
    }

    @Test
    void anyBytesAreFramesOrRefused() {
        for (long seed : Seeded.seeds(3000)) {
            Seeded seeded = new Seeded(seed);
            byte[] bytes = seeded.bytes(seeded.below(200));
            if (bytes.length >= Wire.HEADER_BYTES && seeded.below(2) == 0) {
                ByteBuffer.wrap(bytes).putInt(0, seeded.below(200)).putInt(4, seeded.below(2))
                        .putInt(16, seeded.below(20_000));
            }
            FrameReader reader = reading(bytes, 1 + seeded.below(50));
            try {
                while (reader.next() != null) {
                    // Frames may come; the point is that nothing else does.
                }
            } catch (IOException e) {
                assertTrue(e.getMessage() != null);
            }
        }
    }
}
