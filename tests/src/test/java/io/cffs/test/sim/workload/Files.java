package io.cffs.test.sim.workload;

import io.cffs.model.Bytes;
import io.cffs.test.history.FsCall;
import io.cffs.test.history.FsResult;
import java.util.List;
import java.util.stream.Collectors;

/** The file system as one function sees it. */
@FunctionalInterface
public interface Files {
    /** Most bytes that {@link #text} reads. */
    int TEXT_BYTES_MAX = 1 << 20;

    FsResult call(FsCall call);

    /** A call that this workload never sees refused. */
    default FsResult must(FsCall call) {
        FsResult result = call(call);
        if (result instanceof FsResult.Refused) {
            throw new AssertionError(call + " answered " + result);
        }
        return result;
    }

    /** Whether the call was carried out; false when it was refused. */
    default boolean did(FsCall call) {
        return !(call(call) instanceof FsResult.Refused);
    }

    default String text(String path) {
        return ((FsResult.Content) must(new FsCall.Read(path, 0, TEXT_BYTES_MAX))).bytes().toUtf8();
    }

    /** Replaces the content of a file, as {@code >} does. */
    default void overwrite(String path, String text) {
        must(new FsCall.Truncate(path, 0));
        must(new FsCall.Write(path, 0, Bytes.ofUtf8(text)));
    }

    default void create(String path, String text) {
        must(new FsCall.Create(path));
        must(new FsCall.Write(path, 0, Bytes.ofUtf8(text)));
    }

    default List<String> names(String path) {
        return ((FsResult.Names) must(new FsCall.ListNames(path))).entries().stream()
                .map(FsResult.Entry::name)
                .collect(Collectors.toList());
    }

    default FsResult.Stat stat(String path) {
        return (FsResult.Stat) must(new FsCall.Stat(path));
    }
}
