package io.cffs.daemon.cli;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * What a mount's process leaves in the runtime directory, so that {@code umount} and {@code status} find it.
 *
 * @param directory where it is mounted
 * @param pid whom to signal: the supervisor, or the mount's process itself
 * @param startedMillis when that process started, because numbers come again
 * @param volume its name
 * @param source the store's directory or the backend's address
 */
record MountNote(Path directory, long pid, long startedMillis, String volume, String source) {
    private static final String SUFFIX = ".mount";

    /** For a mount of this process. */
    static MountNote ofThisProcess(Path directory, Surroundings around, String volume, String source) {
        String supervisor = around.variable(FunctionEnvironment.SUPERVISOR_PID);
        ProcessHandle process = Optional.ofNullable(supervisor)
                .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)))
                .orElse(ProcessHandle.current());
        return new MountNote(directory, process.pid(), startedMillis(process), volume, source);
    }

    /** The process, if it is still the one that wrote the note. */
    Optional<ProcessHandle> process() {
        return ProcessHandle.of(pid).filter(process ->
                process.isAlive() && startedMillis(process) == startedMillis && !isZombie(process));
    }

    /** It has ended, and whoever started it has not asked for its status yet, which may be never. */
    static boolean isZombie(ProcessHandle process) {
        try {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"), StandardCharsets.ISO_8859_1);
            return stat.startsWith("Z", stat.lastIndexOf(')') + 2);
        } catch (IOException e) {
            return false;
        }
    }

    private static long startedMillis(ProcessHandle process) {
        return process.info().startInstant().map(java.time.Instant::toEpochMilli).orElse(0L);
    }

    void write(Path runtime) throws IOException {
        Properties lines = new Properties();
        lines.setProperty("directory", directory.toString());
        lines.setProperty("pid", Long.toString(pid));
        lines.setProperty("startedMillis", Long.toString(startedMillis));
        lines.setProperty("volume", volume);
        lines.setProperty("source", source);
        StringWriter text = new StringWriter();
        lines.store(text, null);
        // Written aside and moved: a reader sees all of it or nothing.
        Path aside = Files.createTempFile(runtime, "note-", null);
        Files.writeString(aside, text.toString());
        Files.move(aside, fileOf(runtime, directory), StandardCopyOption.ATOMIC_MOVE);
    }

    static void remove(Path runtime, Path directory) throws IOException {
        Files.deleteIfExists(fileOf(runtime, directory));
    }

    static Optional<MountNote> of(Path runtime, Path directory) {
        return read(fileOf(runtime, directory));
    }

    /** All whose process still runs. */
    static List<MountNote> running(Path runtime) throws IOException {
        List<MountNote> notes = new ArrayList<>();
        try (Stream<Path> files = Files.list(runtime)) {
            files.filter(file -> file.toString().endsWith(SUFFIX)).sorted().forEach(file ->
                    read(file).filter(note -> note.process().isPresent()).ifPresent(notes::add));
        }
        return notes;
    }

    private static Optional<MountNote> read(Path file) {
        try {
            Properties lines = new Properties();
            lines.load(new StringReader(Files.readString(file)));
            return Optional.of(new MountNote(
                    Path.of(lines.getProperty("directory")), Long.parseLong(lines.getProperty("pid")),
                    Long.parseLong(lines.getProperty("startedMillis")), lines.getProperty("volume"),
                    lines.getProperty("source")));
        } catch (IOException | RuntimeException e) {
            return Optional.empty(); // none, or not one of ours
        }
    }

    private static Path fileOf(Path runtime, Path directory) {
        return runtime.resolve(RuntimeDirectory.nameFor(directory) + SUFFIX);
    }
}
