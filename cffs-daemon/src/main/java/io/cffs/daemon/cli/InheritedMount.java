package io.cffs.daemon.cli;

import java.nio.file.Path;

/**
 * The mount that the launcher has made before this process was started, in a name space that only this process and the
 * function see.
 *
 * @param descriptor of /dev/fuse, open in this process
 */
record InheritedMount(int descriptor, Path directory) {
    /** Null when the launcher could not mount: then this process does it itself. */
    static InheritedMount from(Surroundings around) {
        String descriptor = around.variable(FunctionEnvironment.FUSE_FD);
        String directory = around.variable(FunctionEnvironment.FUSE_MOUNT);
        return descriptor == null || directory == null
                ? null
                : new InheritedMount(Integer.parseInt(descriptor), Path.of(directory));
    }
}
