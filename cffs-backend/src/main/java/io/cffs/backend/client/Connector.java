package io.cffs.backend.client;

import io.cffs.backend.wire.Address;
import io.cffs.backend.wire.Duplex;
import io.cffs.backend.wire.Greeting;
import io.cffs.backend.wire.Greeting.Versions;
import java.io.IOException;
import java.nio.channels.UnresolvedAddressException;
import java.util.List;

/**
 * One round over the addresses: the first that can be connected to and greeted. Runs in a thread of its own;
 * {@link #giveUp()} by another one makes the try under way fail.
 */
final class Connector {
    /** Opens sockets: the seam for TLS. */
    interface Door {
        Socket prepare(Address address) throws IOException;
    }

    /** A socket that is not connected yet. Closing it makes {@link #connect()} fail. */
    interface Socket {
        Duplex connect() throws IOException;

        void close();
    }

    /** A greeted connection, or why there is none. */
    sealed interface Result {
        record Connected(Duplex duplex, Address address, int index) implements Result {}

        record Failed(String sentence) implements Result {}
    }

    private final Door door;
    private final List<Address> addresses;
    private final int first;
    private Socket underWay;
    private Duplex greeting;
    private boolean givenUp;

    /** @param first index of the address to begin with: the last that was good */
    Connector(Door door, List<Address> addresses, int first) {
        this.door = door;
        this.addresses = addresses;
        this.first = first;
    }

    Result connect() {
        StringBuilder reasons = new StringBuilder();
        for (int i = 0; i < addresses.size(); i++) {
            int index = (first + i) % addresses.size();
            Address address = addresses.get(index);
            try {
                return new Result.Connected(connect(address), address, index);
            } catch (IOException | UnresolvedAddressException e) {
                reasons.append(reasons.isEmpty() ? "" : "; ").append(address).append(": ").append(reason(e));
            }
        }
        return new Result.Failed(reasons.toString());
    }

    private static String reason(Exception e) {
        if (e instanceof UnresolvedAddressException) {
            return "the host is not known";
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private Duplex connect(Address address) throws IOException {
        Socket socket = door.prepare(address);
        synchronized (this) {
            underWay = socket;
            if (givenUp) {
                socket.close();
            }
        }
        Duplex duplex = null;
        try {
            duplex = socket.connect();
            synchronized (this) {
                greeting = duplex;
                if (givenUp) {
                    throw new IOException("no answer in time");
                }
            }
            Greeting.greet(duplex, Versions.OURS);
            Greeting.answered(duplex);
            Duplex greeted = duplex;
            duplex = null;
            return greeted;
        } catch (IOException e) {
            throw givenUp() ? new IOException("no answer in time", e) : e;
        } finally {
            forget(duplex, socket);
        }
    }

    private synchronized void forget(Duplex failed, Socket socket) {
        underWay = null;
        greeting = null;
        if (failed != null) {
            failed.close();
            socket.close();
        }
    }

    private synchronized boolean givenUp() {
        return givenUp;
    }

    synchronized void giveUp() {
        givenUp = true;
        if (greeting != null) {
            greeting.close();
        }
        if (underWay != null) {
            underWay.close();
        }
    }
}
