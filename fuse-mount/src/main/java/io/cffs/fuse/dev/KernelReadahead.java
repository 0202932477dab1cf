package io.cffs.fuse.dev;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far the kernel reads ahead of a program that reads in sequence. The first exchange can only lower it from the 128
 * KiB that a new mount has, so that no request that comes of it is larger; who may write to /sys raises it.
 */
final class KernelReadahead {
    private static final Logger log = LoggerFactory.getLogger(KernelReadahead.class);
    private static final int KIB = 1024;

    private KernelReadahead() {}

    /** To be called before the first exchange is answered: the kernel then takes the lower of this and the answer. */
    static void raise(int connectionId, int bytes) {
        Path file = Path.of("/sys/class/bdi/0:" + connectionId + "/read_ahead_kb");
        try {
            int now = Integer.parseInt(Files.readString(file).strip());
            if (now < bytes / KIB) {
                Files.write(file, Integer.toString(bytes / KIB).getBytes(StandardCharsets.US_ASCII),
                        StandardOpenOption.WRITE);
            }
        } catch (IOException | NumberFormatException noAccess) {
            log.debug("the kernel's readahead stays as it is: {}", noAccess.getMessage());
        }
    }
}
