package io.cffs.fuse.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ProcessorsTest {
    @Test
    void onlyARangeWithoutGapsIsCounted() {
        assertEquals(1, Processors.countOf("0"));
        assertEquals(2, Processors.countOf("0-1"));
        assertEquals(128, Processors.countOf("0-127"));
        for (String gaps : new String[] {"", "1", "0,2", "0-3,8-11", "1-2", "none"}) {
            assertEquals(0, Processors.countOf(gaps), gaps);
        }
    }
}
