package io.cffs.txn.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.txn.CommitRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Golden forms, there-and-back, and bytes that are no form at all. */
class CodecTest {
    private static final int GOLDEN_LINES = 60;

    /**
     * The stored forms are read for ever, so what this writes must never change for a format version. After an intended
     * change write the files anew with {@code -Dcffs.golden.write=true} and say in the commit why it was right.
     */
    @Test
    void formsAreAsInTheGoldenFiles() throws IOException, CodecException {
        for (Samples.Source<?> source : new Samples(20_251).sources()) {
            StringBuilder lines = new StringBuilder();
            for (int i = 0; i < GOLDEN_LINES; i++) {
                lines.append(HexFormat.of().formatHex(encodeOne(source))).append('\n');
            }
            if (Boolean.getBoolean("cffs.golden.write")) {
                Path file = Path.of("src/test/resources/golden/codec", source.file() + ".hex");
                Files.createDirectories(file.getParent());
                Files.writeString(file, lines);
                continue;
            }
            try (InputStream golden = CodecTest.class.getResourceAsStream("/golden/codec/" + source.file() + ".hex")) {
                String expected = new String(golden.readAllBytes(), StandardCharsets.UTF_8);
                assertEquals(expected, lines.toString(), source.file());
                for (String line : expected.lines().toList()) {
                    source.codec().decode(HexFormat.of().parseHex(line));
                }
            }
        }
    }

    private static <T> byte[] encodeOne(Samples.Source<T> source) {
        return source.codec().encode(source.draw().get());
    }

    @Test
    void thereAndBack() throws CodecException {
        for (int seed = 0; seed < 2000; seed++) {
            for (Samples.Source<?> source : new Samples(seed).sources()) {
                thereAndBack(source, seed);
            }
        }
    }

    private static <T> void thereAndBack(Samples.Source<T> source, int seed) throws CodecException {
        T value = source.draw().get();
        byte[] form = source.codec().encode(value);
        assertEquals(value, source.codec().decode(form), source.file() + " seed " + seed);
        byte[] longer = Arrays.copyOf(form, form.length + 1);
        assertThrows(CodecException.class, () -> source.codec().decode(longer), source.file() + " seed " + seed);
        byte[] newer = form.clone();
        newer[0] = Codec.FORMAT_VERSION + 1;
        CodecException refusal = assertThrows(CodecException.class, () -> source.codec().decode(newer));
        assertTrue(refusal.getMessage().contains("format 3"), refusal.getMessage());
    }

    /** Every proper prefix is refused: nothing is read past the end, nothing is made up. */
    @Test
    void prefixesAreRefused() {
        for (int seed = 0; seed < 200; seed++) {
            for (Samples.Source<?> source : new Samples(seed).sources()) {
                byte[] form = encodeOne(source);
                for (int end = 0; end < form.length; end++) {
                    byte[] prefix = Arrays.copyOf(form, end);
                    assertThrows(CodecException.class, () -> source.codec().decode(prefix), source.file());
                }
            }
        }
    }

    /** Random bytes and forms with bytes changed: a value or a refusal, never another exception, never much memory. */
    @Test
    void anyBytesAreAValueOrRefused() {
        int values = 0;
        int refusals = 0;
        for (int seed = 0; seed < 3000; seed++) {
            Samples samples = new Samples(seed);
            for (Samples.Source<?> source : samples.sources()) {
                byte[] bytes = samples.below(4) == 0 ? samples.bytes(samples.below(200)) : encodeOne(source);
                for (int i = samples.below(4); i >= 0 && bytes.length > 1; i--) {
                    bytes[1 + samples.below(bytes.length - 1)] = (byte) samples.below(256);
                }
                if (bytes.length > 0) {
                    bytes[0] = Codec.FORMAT_VERSION;
                }
                try {
                    source.codec().decode(bytes);
                    values++;
                } catch (CodecException e) {
                    assertTrue(e.getMessage().startsWith("Not a "), e.getMessage());
                    refusals++;
                }
            }
        }
        assertTrue(values > 1000, "some must pass: " + values);
        assertTrue(refusals > 1000, "some must not: " + refusals);
    }

    @Test
    void countsAreCheckedBeforeRoomIsMade() {
        ByteWriter to = new ByteWriter(16);
        to.putUnsigned(CommitRequest.READS_MAX);
        CodecException refusal = assertThrows(CodecException.class, () -> new ByteReader(to.toArray())
                .takeList(CommitRequest.READS_MAX, ReadKeyForms.BYTES_MIN, ReadKeyForms::take));
        assertTrue(refusal.getMessage().contains("does not fit"), refusal.getMessage());
    }

    @Test
    void numbersAreBounded() throws CodecException {
        for (long value : List.of(0L, 127L, 128L, 1L << 62, Long.MAX_VALUE)) {
            ByteWriter to = new ByteWriter(16);
            to.putUnsigned(value);
            assertEquals(value, new ByteReader(to.toArray()).takeUnsigned(Long.MAX_VALUE));
        }
        byte[] tooLong = new byte[12];
        Arrays.fill(tooLong, (byte) 0xFF);
        assertThrows(CodecException.class, () -> new ByteReader(tooLong).takeUnsigned(Long.MAX_VALUE));
        assertThrows(CodecException.class, () -> new ByteReader(new byte[] {9}).takeUnsigned(8));
        assertThrows(IllegalArgumentException.class, () -> new ByteWriter(1).putUnsigned(-1));
    }
}
