package io.cffs.daemon.mount;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;

/** A process that stays, holds files open and mapped, and evaluates what it is told. */
final class PythonProcess implements AutoCloseable {
    private static final String LOOP = """
            import sys, os, mmap, fcntl, errno
            g = dict(globals())
            for line in sys.stdin:
                try:
                    try:
                        result = repr(eval(line, g))
                    except SyntaxError:
                        exec(line, g)
                        result = 'ok'
                except OSError as e:
                    result = errno.errorcode[e.errno]
                print(result, flush=True)
            """;

    private final Process process;
    private final Writer in;
    private final BufferedReader out;

    PythonProcess(Path directory) throws IOException {
        String enter = "cd \"$1\" && exec python3 -c \"$2\"";
        process = new ProcessBuilder("sh", "-c", enter, "sh", directory.toString(), LOOP)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        in = process.outputWriter();
        out = process.inputReader();
    }

    /** The value of an expression as Python shows it, "ok" for a statement, or the name of the error number. */
    String run(String line) {
        try {
            in.write(line + "\n");
            in.flush();
            String answer = out.readLine();
            if (answer == null) {
                throw new AssertionError("the process ended at: " + line);
            }
            return answer;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
