package io.cffs.daemon.cli;

import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** JSON for machines: one object, one line. Loaded only when somebody asks for it. */
final class Json {
    private Json() {}

    static String line(Map<String, ?> facts) {
        return JsonMapper.shared().writeValueAsString(facts);
    }
}
