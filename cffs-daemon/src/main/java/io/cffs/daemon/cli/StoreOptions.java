package io.cffs.daemon.cli;

import io.cffs.model.VolumeName;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which volume of which store a command works on. */
final class StoreOptions {
    @Option(names = "--store", paramLabel = "DIR",
            description = "Directory of the embedded store (default: ~/.local/share/cffs/store).")
    Path store;

    @Option(names = "--backend", paramLabel = "ADDR",
            description = "A running backend instead: HOST:PORT or unix:PATH.")
    String backend;

    @Option(names = "--volume", paramLabel = "NAME", converter = VolumeConverter.class,
            description = "Volume in the store; made on first use (default: default).")
    VolumeName volume = VolumeName.DEFAULT;

    @Option(names = "--in-process",
            description = "Open the store in this process; nobody else can use it meanwhile.")
    boolean inProcess;

    /** One sentence, where the exception of the record would be shown with its class. */
    static final class VolumeConverter implements ITypeConverter<VolumeName> {
        @Override
        public VolumeName convert(String text) {
            try {
                return new VolumeName(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** @throws Failure when the options contradict each other */
    void check() {
        if (backend != null && inProcess) {
            throw new Failure(Exit.USAGE, "--in-process needs a store and --backend names a server: give one of them");
        }
        if (store != null && backend != null) {
            throw new Failure(Exit.USAGE, "both --store and --backend are given"
                    + " (CFFS_STORE and CFFS_BACKEND count too): give one");
        }
    }

    /** What people call it. */
    String source(Surroundings around) {
        return backend == null ? directory(around).toString() : backend;
    }

    /** The store's directory. Meaningless when a backend is named. */
    Path directory(Surroundings around) {
        return (store == null ? around.defaultStore() : store).toAbsolutePath().normalize();
    }
}
