package io.cffs.daemon.cli;

import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort;
import io.cffs.txn.port.BackendPort.VolumeStatus;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Says what runs. */
@Command(
        name = "status",
        description = "Say what the backend of a store is doing, and which volumes are mounted on this host.",
        footer = {"", "Example:", "  cffs status --store /srv/cffs --json"})
final class StatusCommand implements Callable<Integer> {
    private final Surroundings around;
    private final Backends backends;

    @Mixin
    private StoreOptions store;

    @Option(names = "--json", description = "Print one line of JSON.")
    private boolean json;

    StatusCommand(Surroundings around, Backends backends) {
        this.around = around;
        this.backends = backends;
    }

    @Override
    public Integer call() throws IOException {
        store.check();
        List<MountNote> mounts = MountNote.running(new RuntimeDirectory(around).path());
        VolumeStatus volume = volume();
        if (json) {
            around.out().println(Json.line(facts(volume, mounts)));
        } else {
            text(volume, mounts);
        }
        around.out().flush();
        return Exit.OK;
    }

    /** Null when no backend runs: asking must not start one. */
    private VolumeStatus volume() {
        try (BackendPort backend = backends.running(store)) {
            return backend == null ? null : backend.status(store.volume).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof BackendException known ? known : e;
        }
    }

    private Map<String, Object> facts(VolumeStatus volume, List<MountNote> mounts) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("source", store.source(around));
        facts.put("running", volume != null);
        if (volume != null) {
            facts.put("volume", volume.volume().value());
            facts.put("epoch", volume.epoch());
            facts.put("lastCommitted", volume.lastCommitted().value());
            facts.put("lastApplied", volume.lastApplied().value());
            facts.put("trimHorizon", volume.trimHorizon().value());
            facts.put("openLeases", volume.openLeases());
            facts.put("inodes", volume.inodes());
            facts.put("usedBytes", volume.usedBytes());
            facts.put("availableBytes", volume.availableBytes());
        }
        facts.put("mounts", mounts.stream().map(note -> Map.of("directory", note.directory().toString(),
                "volume", note.volume(), "source", note.source(), "pid", note.pid())).toList());
        return facts;
    }

    private void text(VolumeStatus volume, List<MountNote> mounts) {
        if (volume == null) {
            around.out().println("no backend runs for " + store.source(around) + "; the next 'cffs run' starts one");
        } else {
            around.out().printf("volume %s of %s%n", volume.volume(), store.source(around));
            around.out().printf("  last commit      %d (epoch %d)%n", volume.lastCommitted().value(), volume.epoch());
            around.out().printf("  applied up to    %d%n", volume.lastApplied().value());
            around.out().printf("  readable from    %d%n", volume.trimHorizon().value());
            around.out().printf("  open snapshots   %d%n", volume.openLeases());
            around.out().printf("  inodes           %d%n", volume.inodes());
            around.out().printf("  used             %d bytes, %d available%n",
                    volume.usedBytes(), volume.availableBytes());
        }
        for (MountNote note : mounts) {
            around.out().printf("mounted %s of %s on %s (pid %d)%n",
                    note.volume(), note.source(), note.directory(), note.pid());
        }
    }
}
