package io.cffs.daemon.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostRequestTest {
    private final HostRequest.Reader reader = new HostRequest.Reader(text -> Long.parseLong(text) * 1_000_000_000L);

    @Test
    void whatIsNotGivenIsUsual() throws HostRefusal {
        HostRequest.Run run = (HostRequest.Run) reader.read("run\nroot=/mnt/a\nvolume=\nkeep=\ntimeout=\n");
        assertEquals(new HostRequest.Run(VolumeName.DEFAULT, Path.of("/mnt/a"), false, false, 20, Long.MAX_VALUE, null,
                null, null, false), run);
    }

    @Test
    void everythingCanBeGiven() throws HostRefusal {
        HostRequest.Run expected = new HostRequest.Run(new VolumeName("shop"), Path.of("/mnt/a b"), true, true, 4,
                5_000_000_000L, "order=17", "python3 order.py", "order", true);
        assertEquals(expected, reader.read("run\nvolume=shop\nroot=/mnt/x/../a b\nshared=1\nread-only=true\nretries=3\n"
                + "timeout=5\ninvocation-id=order=17\nfunction=python3 order.py\nkeep=order\njson=1\n"));
        assertEquals(new HostRequest.Settle(VolumeName.DEFAULT, new TxnId(1, 2)),
                reader.read("settle\ntxn=00000000000000010000000000000002"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "walk\nroot=/a", "run", "run\nroot=a", "run\nroot=/a\nroot=/b", "run\nroot=/a\nfoo=1",
        "run\nroot=/a\nvolume", "run\nroot=/a\nvolume=../x", "run\nroot=/a\nretries=-1", "run\nroot=/a\nretries=10001",
        "run\nroot=/a\ntimeout=soon", "run\nroot=/a\nkeep=../x", "run\nroot=/a\nkeep=.x", "settle", "settle\ntxn=xyz",
        "settle\ntxn=00000000000000010000000000000002\nroot=/a"})
    void anythingElseIsRefusedInOneSentence(String text) {
        HostRefusal refusal = assertThrows(HostRefusal.class, () -> reader.read(text));
        assertEquals(HostRefusal.Reason.USAGE, refusal.reason());
        assertEquals(1, refusal.getMessage().lines().count());
    }

    @Test
    void namesAreBounded() {
        assertThrows(HostRefusal.class, () -> reader.read("run\nroot=/a\nkeep=" + "k".repeat(65)));
        assertThrows(HostRefusal.class, () -> reader.read("run\nroot=/a\ninvocation-id=" + "i".repeat(257)));
    }
}
