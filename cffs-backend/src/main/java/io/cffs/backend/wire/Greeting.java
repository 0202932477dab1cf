package io.cffs.backend.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The first bytes in both directions, whose layout never changes, so that programs of any two releases can tell each
 * other in a sentence why they cannot talk.
 */
public final class Greeting {
    private static final byte[] MAGIC = "CFFS".getBytes(StandardCharsets.US_ASCII);
    private static final int BYTES = 8;
    private static final int SENTENCE_BYTES_MAX = 1000;

    private Greeting() {}

    /** Both ends inclusive. */
    public record Versions(int oldest, int newest) {
        public static final Versions OURS = new Versions(Wire.VERSION_OLDEST, Wire.VERSION_NEWEST);

        @Override
        public String toString() {
            return oldest == newest ? "version " + oldest : "versions " + oldest + " to " + newest;
        }
    }

    /** What the server made of the client's greeting. */
    public sealed interface Heard {
        record Client(Versions versions) implements Heard {}

        /** Not a CFFS client; {@code http} when it looks like a web browser's request. */
        record Stranger(boolean http) implements Heard {}

        /** Left before it had said anything. */
        record Nobody() implements Heard {}
    }

    /** Client: says which versions it speaks. */
    public static void greet(Duplex server, Versions versions) throws IOException {
        server.write(ByteBuffer.allocate(BYTES).put(MAGIC)
                .put((byte) versions.oldest()).put((byte) versions.newest()).putShort((short) 0).flip());
    }

    /** Server: what the client said. Decides on the first byte that does not fit. */
    public static Heard hear(Duplex client) throws IOException {
        ByteBuffer said = ByteBuffer.allocate(BYTES);
        while (said.hasRemaining()) {
            if (client.read(said) < 0) {
                return said.position() == 0 ? new Heard.Nobody() : new Heard.Stranger(false);
            }
            for (int i = 0; i < Math.min(MAGIC.length, said.position()); i++) {
                if (said.get(i) != MAGIC[i]) {
                    return new Heard.Stranger(looksLikeHttp(said));
                }
            }
        }
        return new Heard.Client(new Versions(said.get(4) & 0xFF, said.get(5) & 0xFF));
    }

    private static boolean looksLikeHttp(ByteBuffer said) {
        String start = new String(said.array(), 0, said.position(), StandardCharsets.ISO_8859_1);
        return start.matches("(GET|HEAD|POST|PUT|OPTI|DELE|CONN|PRI|PATC|TRAC).*");
    }

    /** The version to speak; 0 when there is none in common. */
    public static int common(Versions client, Versions server) {
        int newest = Math.min(client.newest(), server.newest());
        return newest >= Math.max(client.oldest(), server.oldest()) ? newest : 0;
    }

    /** Server: goes on in this version. */
    public static void accept(Duplex client, int version) throws IOException {
        client.write(answer(version, ""));
    }

    /** Server: refuses a CFFS client in a sentence. */
    public static void refuse(Duplex client, String sentence) throws IOException {
        client.write(answer(0, sentence));
    }

    /** Server: tells whoever this is what is here. */
    public static void refuseStranger(Duplex stranger, boolean http) throws IOException {
        String sentence = "This is a CFFS backend (protocol " + Versions.OURS + "); it does not speak what was sent.\n";
        String text = http
                ? "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n" + sentence
                : sentence;
        stranger.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    }

    private static ByteBuffer answer(int version, String sentence) {
        byte[] text = sentence.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(text.length, SENTENCE_BYTES_MAX);
        return ByteBuffer.allocate(BYTES + length).put(MAGIC).put((byte) version).put((byte) 0)
                .putShort((short) length).put(text, 0, length).flip();
    }

    /**
     * Client: waits for the server's answer.
     *
     * @return the version to speak
     * @throws ProtocolException when the server refused, with its sentence, or is no CFFS backend
     */
    public static int answered(Duplex server) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(BYTES);
        fill(server, head);
        for (int i = 0; i < MAGIC.length; i++) {
            if (head.get(i) != MAGIC[i]) {
                throw new ProtocolException("what answers there is not a CFFS backend");
            }
        }
        int version = head.get(4) & 0xFF;
        int length = Math.min(head.getShort(6) & 0xFFFF, SENTENCE_BYTES_MAX);
        if (version == 0) {
            ByteBuffer sentence = ByteBuffer.allocate(length);
            fill(server, sentence);
            throw new ProtocolException("it refused: " + new String(sentence.array(), StandardCharsets.UTF_8));
        }
        if (version < Wire.VERSION_OLDEST || version > Wire.VERSION_NEWEST) {
            throw new ProtocolException("it answered with protocol version " + version + ", which was not offered");
        }
        return version;
    }

    private static void fill(Duplex from, ByteBuffer target) throws IOException {
        while (target.hasRemaining()) {
            if (from.read(target) < 0) {
                throw new ProtocolException("what answers there hung up without a greeting");
            }
        }
    }
}
