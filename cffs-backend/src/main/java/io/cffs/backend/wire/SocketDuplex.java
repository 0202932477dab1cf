package io.cffs.backend.wire;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** A TCP or unix socket, blocking. */
public final class SocketDuplex implements Duplex {
    /** About what a unix socket holds by itself. */
    private static final int PIECE_BYTES = 256 * 1024;
    /**
     * What a unix socket takes before its writer waits, as far as {@code net.core.wmem_max} lets it: a commit of some
     * small files leaves at once. TCP finds out for itself.
     */
    private static final int UNREAD_BYTES_MAX = 1 << 20;

    private final SocketChannel channel;
    private final String peer;
    private final boolean betweenHosts;

    /** Takes the connected channel over. */
    public SocketDuplex(SocketChannel channel) throws IOException {
        this.channel = channel;
        SocketAddress remote = channel.getRemoteAddress();
        if (remote instanceof InetSocketAddress tcp) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            this.betweenHosts = !tcp.getAddress().isLoopbackAddress();
            this.peer = tcp.getAddress().getHostAddress() + ":" + tcp.getPort();
        } else {
            channel.setOption(StandardSocketOptions.SO_SNDBUF, UNREAD_BYTES_MAX);
            this.betweenHosts = false;
            this.peer = "unix socket";
        }
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        // The JDK makes room outside of the heap, and keeps it, for all that could come.
        int end = target.limit();
        try {
            return channel.read(target.limit(Math.min(end, target.position() + PIECE_BYTES)));
        } finally {
            target.limit(end);
        }
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
        // The JDK copies all that remains of a heap buffer for each call, and a socket takes a part of it.
        int pieceBytes = source.isDirect() ? Integer.MAX_VALUE : PIECE_BYTES;
        int end = source.limit();
        try {
            while (source.position() < end) {
                source.limit(source.position() + Math.min(end - source.position(), pieceBytes));
                channel.write(source);
            }
        } finally {
            source.limit(end);
        }
    }

    @Override
    public String peer() {
        return peer;
    }

    @Override
    public boolean betweenHosts() {
        return betweenHosts;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // The descriptor is gone either way, and nobody can do anything about it.
        }
    }
}
