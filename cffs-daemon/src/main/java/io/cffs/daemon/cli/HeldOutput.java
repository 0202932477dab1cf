package io.cffs.daemon.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the function prints, kept in files until its transaction has committed. Only what the last attempt printed is
 * ever shown. Standard error of a function that failed is shown too: it is the only witness of why.
 */
final class HeldOutput implements AutoCloseable {
    private final Path directory;
    private final Path out;
    private final Path err;

    /** @throws IOException when the temporary directory (TMPDIR) has no room */
    HeldOutput() throws IOException {
        directory = Files.createTempDirectory("cffs-output-");
        out = directory.resolve("stdout");
        err = directory.resolve("stderr");
    }

    /** Call before each attempt: the files start empty again. */
    void prepare(ProcessBuilder builder) {
        builder.redirectOutput(ProcessBuilder.Redirect.to(out.toFile()));
        builder.redirectError(ProcessBuilder.Redirect.to(err.toFile()));
    }

    /** @param committed false shows standard error only */
    void show(boolean committed, OutputStream toOut, OutputStream toErr) throws IOException {
        if (committed) {
            copy(out, toOut);
        }
        copy(err, toErr);
    }

    private static void copy(Path from, OutputStream to) throws IOException {
        if (Files.exists(from)) {
            Files.copy(from, to);
            to.flush();
        }
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(out);
        Files.deleteIfExists(err);
        Files.deleteIfExists(directory);
    }
}
