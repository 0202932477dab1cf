package io.cffs.test.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.backend.client.BackendClient;
import io.cffs.backend.client.ClientLimits;
import io.cffs.model.CommitTs;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.Mutation;
import io.cffs.txn.ReadKey;
import io.cffs.txn.port.BackendPort.BeginRequest;
import io.cffs.txn.port.BackendPort.Begun;
import io.cffs.txn.port.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backend with a small heap, and commits each of which fills it, at once: not even undecoded all have room. */
class LargeCommitsMountTest {
    /** Room for 120,192 changes. */
    private static final String HEAP = "160m";
    private static final int FILES = 56_000;
    private static final int CLIENTS = 5;
    private static final int ROUNDS = 2;

    @TempDir
    private Path scratch;

    private final AtomicLong transactions = new AtomicLong();
    private Process backend;
    private String address;

    private static final Ticker CLOCK = new Ticker() {
        @Override
        public long wallNanos() {
            return System.currentTimeMillis() * 1_000_000L;
        }

        @Override
        public long monotonicNanos() {
            return System.nanoTime();
        }
    };

    @BeforeEach
    void start() throws IOException, InterruptedException {
        Path socket = scratch.resolve("socket");
        ProcessBuilder builder = new ProcessBuilder(CffsCommand.launcher().toString(), "backend", "--store",
                scratch.resolve("store").toString(), "--listen", "unix:" + socket);
        builder.environment().put("CFFS_HEAP", HEAP);
        backend = builder.redirectErrorStream(true).redirectOutput(scratch.resolve("log").toFile()).start();
        for (int tries = 0; !Files.exists(socket) && tries < 9000; tries++) {
            assertFalse(backend.waitFor(20, TimeUnit.MILLISECONDS));
        }
        address = "unix:" + socket;
    }

    @AfterEach
    void stop() throws InterruptedException {
        backend.destroy();
        backend.waitFor();
    }

    private CommitRequest creating(BackendClient client) {
        long number = transactions.incrementAndGet();
        TxnId txn = new TxnId(0x1a49e, number);
        Begun begun = client.begin(
                new BeginRequest(VolumeName.DEFAULT, txn, 1, null, CommitTs.ZERO, null, List.of(), false)).join();
        long first = client.reserveInos(VolumeName.DEFAULT, FILES).join().first();
        List<ReadKey> reads = new ArrayList<>();
        List<Mutation> writes = new ArrayList<>();
        for (int i = 0; i < FILES; i++) {
            Ino ino = new Ino(first + i);
            Name name = Name.of("new file " + number + "." + i);
            reads.add(new ReadKey.NameAbsent(Ino.ROOT, name));
            writes.add(new Mutation.CreateInode(
                    new Inode(ino, FileType.REGULAR, 0644, 0, 0, 1, 0, 1, 1, 1, 1, 0, null, null)));
            writes.add(new Mutation.PutDentry(Ino.ROOT, name, ino, FileType.REGULAR));
        }
        return new CommitRequest(
                VolumeName.DEFAULT, txn, 1, null, begun.snapshot(), begun.leaseId(), reads, writes);
    }

    private boolean commitAll(int client) {
        SplittableRandom random = new SplittableRandom(client);
        try (BackendClient port = BackendClient.of(address, ClientLimits.DEFAULT, CLOCK, random::nextLong)) {
            for (int round = 0; round < ROUNDS; round++) {
                CommitOutcome outcome = port.commit(creating(port)).join();
                // Nobody renews the lease here, and the machine may be busy.
                while (outcome instanceof CommitOutcome.SnapshotExpired) {
                    outcome = port.commit(creating(port)).join();
                }
                assertInstanceOf(CommitOutcome.Committed.class, outcome);
            }
            return true;
        }
    }

    @Test
    void largeCommitsThatComeAtOnceDoNotEndTheBackend() throws IOException {
        List<Callable<Boolean>> clients = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
            int number = client;
            clients.add(() -> commitAll(number));
        }
        assertFalse(CffsCommand.together(clients).contains(false));
        assertTrue(backend.isAlive(), Files.readString(scratch.resolve("log")));
        try (BackendClient port = BackendClient.of(
                address, ClientLimits.DEFAULT, CLOCK, new SplittableRandom(9)::nextLong)) {
            assertEquals(new CommitTs(CLIENTS * ROUNDS), port.status(VolumeName.DEFAULT).join().lastCommitted());
        }
    }
}
