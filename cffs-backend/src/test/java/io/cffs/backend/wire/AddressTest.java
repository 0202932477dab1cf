package io.cffs.backend.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class AddressTest {
    @Test
    void addressesReadAndPrint() {
        assertEquals(new Address.Tcp("localhost", 7070), Address.parse("localhost:7070"));
        assertEquals(new Address.Tcp("::1", 7070), Address.parse("[::1]:7070"));
        assertEquals("[::1]:7070", Address.parse("[::1]:7070").toString());
        assertEquals(new Address.Unix(Path.of("/run/cffs/s")), Address.parse("unix:/run/cffs/s"));
        assertEquals(
                List.of(new Address.Tcp("a", 1), new Address.Unix(Path.of("/b")), new Address.Tcp("c", 3)),
                Address.parseList("a:1, unix:/b,c:3"));
    }

    @Test
    void othersAreRefusedInASentence() {
        for (String bad : new String[] {
            "", "host", ":80", "host:", "host:x", "host:70000", "host:-1", "::1:80", "unix:", "a:1,,b:2",
            "unix:/" + "x".repeat(107),
        }) {
            var refusal = assertThrows(IllegalArgumentException.class, () -> Address.parseList(bad), bad);
            assertTrue(refusal.getMessage().length() > 20, refusal.getMessage());
        }
    }
}
