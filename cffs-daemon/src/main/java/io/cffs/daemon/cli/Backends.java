package io.cffs.daemon.cli;

import io.cffs.backend.BackendSettings;
import io.cffs.backend.EmbeddedStore;
import io.cffs.backend.LocalBackend;
import io.cffs.backend.client.BackendClient;
import io.cffs.backend.client.ClientLimits;
import io.cffs.model.VolumeName;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionException;

/** Where commands get the backend from that their options name. */
final class Backends {
    /** How long a backend that a command has started stays when nobody uses it. */
    static final String IDLE_EXIT = "30s";

    private static final int CONNECTS_MAX = 3;

    private final Surroundings around;

    Backends(Surroundings around) {
        this.around = around;
    }

    /**
     * Connects, starts a backend when a store has none, or opens the store in this process: as the options say. The
     * caller closes it.
     *
     * @throws Failure when there is none, with the remedy
     */
    BackendPort open(StoreOptions store) {
        if (store.backend != null) {
            return client(store.backend);
        }
        Path directory = store.directory(around);
        return store.inProcess ? inProcess(directory) : shared(directory, store.volume);
    }

    /** The backend of a store if it runs; null when none does. */
    BackendPort running(StoreOptions store) {
        if (store.backend != null) {
            return client(store.backend);
        }
        StorePlaces places = StorePlaces.of(store.directory(around), new RuntimeDirectory(around));
        return isListening(places.socket()) ? client(places.address()) : null;
    }

    private BackendClient client(String addresses) {
        return client(addresses, () -> { });
    }

    private BackendClient client(String addresses, Runnable whenUnreachable) {
        try {
            return BackendClient.of(
                    addresses, ClientLimits.DEFAULT, around.ticker(), around.entropy(), whenUnreachable);
        } catch (IllegalArgumentException e) {
            throw new Failure(Exit.USAGE, e.getMessage(), e);
        }
    }

    /** @throws Failure when it is no store, damaged, too new, or in use */
    LocalBackend inProcess(Path directory) {
        requireDirectory(directory);
        try {
            Files.createDirectories(directory);
            return EmbeddedStore.open(directory, around.ticker(),
                    BackendSettings.DEFAULT.withinHeap(Runtime.getRuntime().maxMemory()),
                    Thread.ofPlatform().daemon().name("cffs-volume-", 0).factory(), Thread::startVirtualThread);
        } catch (BackendException e) {
            throw e.kind() == BackendException.Cause.REFUSED
                    ? new Failure(Exit.UNAVAILABLE, e.getMessage()
                            + ": end that process, or share the store by neither --in-process nor a second backend", e)
                    : e;
        } catch (IOException e) {
            throw new Failure(Exit.UNAVAILABLE, "cannot make the directory of the store: " + Sentences.sentenceOf(e)
                    + "; name another one with --store", e);
        }
    }

    private static void requireDirectory(Path directory) {
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw new Failure(Exit.USAGE, directory + " is a file, not the directory of a store: name a directory");
        }
    }

    private BackendPort shared(Path directory, VolumeName volume) {
        requireDirectory(directory);
        StorePlaces places = StorePlaces.of(directory, new RuntimeDirectory(around));
        BackendStarter starter = new BackendStarter(around,
                address -> connect(address, () -> bringBack(places)), this::commandLine);
        try {
            for (int attempt = 1; ; attempt++) {
                BackendPort backend = starter.connect(places);
                try {
                    // One round trip: a backend that goes away for want of work may have heard us too late.
                    backend.status(volume).join();
                    return backend;
                } catch (CompletionException e) {
                    if (!isGone(e) || attempt == CONNECTS_MAX) {
                        return backend;
                    }
                    backend.close();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(Exit.UNAVAILABLE, "interrupted while connecting to the backend of " + directory, e);
        }
    }

    private static boolean isGone(CompletionException failure) {
        return failure.getCause() instanceof BackendException backend
                && (backend.kind() == BackendException.Cause.UNREACHABLE
                        || backend.kind() == BackendException.Cause.CLOSED);
    }

    /** The backend of a store was killed, or its host's memory was short: a function that goes on needs another one. */
    private void bringBack(StorePlaces places) {
        try {
            new BackendStarter(around, address -> connect(address, () -> { }), this::commandLine).connect(places)
                    .close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private BackendPort connect(String address, Runnable whenUnreachable) {
        if (!isListening(Path.of(address.substring("unix:".length())))) {
            throw new BackendException(BackendException.Cause.UNREACHABLE, "no backend listens on " + address, null);
        }
        return client(address, whenUnreachable);
    }

    private static boolean isListening(Path socket) {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return probe.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            return false;
        }
    }

    private List<String> commandLine(StorePlaces places) {
        List<String> backend = List.of("backend", "--store", places.store().toString(),
                "--listen", places.address(), "--idle-exit", IDLE_EXIT);
        String launcher = around.variable(FunctionEnvironment.LAUNCHER);
        List<String> words = new java.util.ArrayList<>();
        if (launcher == null) {
            // Started by hand without the launcher: the same program again.
            words.add(ProcessHandle.current().info().command().orElse("java"));
            words.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        } else {
            words.add(launcher);
        }
        words.addAll(backend);
        return words;
    }
}
