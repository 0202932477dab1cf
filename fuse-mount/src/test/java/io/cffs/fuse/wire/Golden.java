package io.cffs.fuse.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** The committed bytes of the kernel's structs: what golden.c prints. */
public final class Golden {
    private static final Map<String, byte[]> STRUCTS = parse(text());

    private Golden() {}

    static String text() {
        try (InputStream in = Golden.class.getResourceAsStream("golden.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, byte[]> parse(String text) {
        Map<String, byte[]> structs = new LinkedHashMap<>();
        text.lines().map(line -> line.split(" ")).forEach(
                pair -> structs.put(pair[0], HexFormat.of().parseHex(pair[1])));
        return structs;
    }

    public static byte[] bytes(String struct) {
        return STRUCTS.get(struct).clone();
    }

    public static String hex(String struct) {
        return HexFormat.of().formatHex(STRUCTS.get(struct));
    }

    /** A whole request: a header by us around what the kernel's struct has. */
    public static ByteBuffer request(int opcode, String struct, String... names) {
        ByteBuffer frame = ByteBuffer.allocateDirect(8192).order(Layout.ORDER);
        RequestWriter writer = new RequestWriter(frame).begin(opcode, 1, 9, 10, 11, 12);
        if (struct != null) {
            writer.putBytes(ByteBuffer.wrap(STRUCTS.get(struct)));
        }
        for (String name : names) {
            writer.putName(name.getBytes(StandardCharsets.UTF_8));
        }
        int length = writer.end();
        return frame.limit(length);
    }
}
