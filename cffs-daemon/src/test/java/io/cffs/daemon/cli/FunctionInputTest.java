package io.cffs.daemon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FunctionInputTest {
    @TempDir
    Path directory;

    private String runWith(FunctionInput input, String... command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command);
        input.prepare(builder);
        Process process = builder.start();
        input.feed(process);
        String output = new String(process.getInputStream().readAllBytes());
        process.waitFor();
        return output;
    }

    @Test
    void aStreamIsReplayedFromItsStart() throws Exception {
        String text = "0123456789".repeat(50_000);
        Path file = Files.writeString(directory.resolve("in"), text);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            FunctionInput input = FunctionInput.of(FunctionInput.Kind.STREAM, channel);
            assertEquals("01234", runWith(input, "head", "-c", "5"), "an attempt that does not read to the end");
            assertEquals(text, runWith(input, "cat"));
            assertEquals(text, runWith(input, "cat"));
        }
    }

    @Test
    void aStreamThatIsStillOpenDoesNotHoldUpTheFunction() throws Exception {
        Path fifo = directory.resolve("fifo");
        assertEquals(0, new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor());
        // Opened for both, because opening a fifo for one side waits for the other.
        try (FileChannel writer = FileChannel.open(fifo, StandardOpenOption.READ, StandardOpenOption.WRITE);
                FileChannel reader = FileChannel.open(fifo, StandardOpenOption.READ)) {
            writer.write(ByteBuffer.wrap("one\ntwo\n".getBytes()));
            FunctionInput input = FunctionInput.of(FunctionInput.Kind.STREAM, reader);
            assertEquals("one\n", runWith(input, "head", "-n", "1"));
            assertEquals("one\ntwo\n", runWith(input, "head", "-n", "2"));
            writer.write(ByteBuffer.wrap("three\n".getBytes()));
            assertEquals("one\ntwo\nthree\n", runWith(input, "head", "-n", "3"));
        }
    }

    @Test
    void descriptorsAreTold() throws Exception {
        assertEquals(FunctionInput.Kind.AS_IT_IS, FunctionInput.kindOf(Path.of("/proc/self/fd/9999")));
        Path file = Files.writeString(directory.resolve("file"), "x");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            assertEquals(1, channel.size());
            assertEquals(FunctionInput.Kind.FILE, FunctionInput.kindOf(descriptorOf(file)));
        }
        try (FileChannel channel = FileChannel.open(Path.of("/dev/null"), StandardOpenOption.READ)) {
            assertEquals(FunctionInput.Kind.AS_IT_IS, FunctionInput.kindOf(descriptorOf(Path.of("/dev/null"))));
            channel.position();
        }
    }

    private static Path descriptorOf(Path file) throws Exception {
        try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(descriptor -> {
                try {
                    return Files.readSymbolicLink(descriptor).equals(file);
                } catch (java.io.IOException e) {
                    return false;
                }
            }).findFirst().orElseThrow();
        }
    }
}
