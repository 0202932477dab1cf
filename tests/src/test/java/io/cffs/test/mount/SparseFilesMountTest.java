package io.cffs.test.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What programs see of holes: SEEK_DATA, SEEK_HOLE, what files take, and copies that keep holes. */
class SparseFilesMountTest extends StoreTest {
    /** Where data is, page by page or more, as a line; then what the file takes in KiB. */
    private static final String MAP = """
            import os, sys
            def data(path):
                runs, at, fd = [], 0, os.open(path, os.O_RDONLY)
                try:
                    while True:
                        first = os.lseek(fd, at, os.SEEK_DATA)
                        at = os.lseek(fd, first, os.SEEK_HOLE)
                        runs.append('%d-%d' % (first, at))
                except OSError as e:
                    if e.errno != 6:
                        raise
                os.close(fd)
                return ' '.join(runs)
            for path in sys.argv[1:]:
                print(path, data(path), 'of', os.stat(path).st_size, 'takes', os.stat(path).st_blocks // 2)
            """;

    private String map;

    @BeforeEach
    void openStore() throws IOException {
        map = "python3 " + Files.writeString(scratch.resolve("map.py"), MAP) + " ";
    }

    private void says(String script, String... lines) {
        assertEquals(String.join("\n", lines) + "\n", cffs.runShell(script).expectExit(0).out(), script);
    }

    @Test
    void aTerabyteWithThreePages() {
        String write = "; printf x | dd of=s bs=4096 conv=notrunc status=none seek=";
        says("truncate -s 1T s" + write + "10" + write + "100000000" + write + "200000000; " + map + "s",
                "s 40960-45056 409600000000-409600004096 819200000000-819200004096 of 1099511627776 takes 12");
        says(map + "s; du -k s | cut -f1; du -k --apparent-size s | cut -f1",
                "s 40960-45056 409600000000-409600004096 819200000000-819200004096 of 1099511627776 takes 12",
                "12", "1073741824");
        says("cp s t; cp --sparse=always s u; tar -Scf s.tar s; rm s; tar xf s.tar; ls; " + map
                + "s t u",
                "s", "s.tar", "t", "u",
                "s 40960-45056 409600000000-409600004096 819200000000-819200004096 of 1099511627776 takes 12",
                "t 40960-45056 409600000000-409600004096 819200000000-819200004096 of 1099511627776 takes 12",
                "u 40960-45056 409600000000-409600004096 819200000000-819200004096 of 1099511627776 takes 12");
        cffs.expectClean();
    }

    @Test
    void holesComeAndGo() {
        says("dd if=/dev/urandom of=f bs=100000 count=10 status=none; fallocate -p -o 8192 -l 16384 f; " + map + "f",
                "f 0-8192 24576-1000000 of 1000000 takes 964");
        says(map + "f; fallocate -p -o 500000 -l 100000 f; " + map + "f; fallocate -p -o 990000 -l 100000 f; " + map
                + "f",
                "f 0-8192 24576-1000000 of 1000000 takes 964",
                "f 0-8192 24576-503808 598016-1000000 of 1000000 takes 872",
                "f 0-8192 24576-503808 598016-991232 of 1000000 takes 860");
        says(map + "f; printf x | dd of=f bs=1 seek=550000 conv=notrunc status=none; " + map
                + "f; truncate -s 300000 f; "
                        + map + "f; truncate -s 400000 f; " + map + "f",
                "f 0-8192 24576-503808 598016-991232 of 1000000 takes 860",
                "f 0-8192 24576-503808 548864-552960 598016-991232 of 1000000 takes 864",
                "f 0-8192 24576-300000 of 300000 takes 280",
                "f 0-8192 24576-303104 of 400000 takes 280");
        says(map + "f; cp f g; fallocate -l 2000000 g; " + map + "f g",
                "f 0-8192 24576-303104 of 400000 takes 280",
                "f 0-8192 24576-303104 of 400000 takes 280",
                "g 0-8192 24576-303104 of 2000000 takes 280");
        says(map + "g; : > f; fallocate -p -o 0 -l 3000000 g; " + map + "f g",
                "g 0-8192 24576-303104 of 2000000 takes 280", "f  of 0 takes 0", "g  of 2000000 takes 0");
        cffs.expectClean();
    }

    @Test
    void smallFilesAndWhatIsNoPlace() {
        says("printf hello > f; mkdir d; ln -s f l; stat -c '%n %b' f d l; " + map + "f", "f 8", "d 0", "l 0",
                "f 0-5 of 5 takes 4");
        says("python3 -c \"import os; fd = os.open('f', os.O_RDONLY); print(os.lseek(fd, 3, os.SEEK_DATA))\nfor at in "
                + "(5, 6, -1):\n for whence in (os.SEEK_DATA, os.SEEK_HOLE):\n  try: print(os.lseek(fd, at, "
                        + "whence))\n  "
                + "except OSError as e: print(e.errno)\"", "3", "6", "6", "6", "6", "6", "6");
        cffs.expectClean();
    }
}
