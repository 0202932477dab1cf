package io.cffs.daemon.packaging;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ConstantPoolSharingOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Gives the classes of a jar a format that the JDK's ahead-of-time cache takes.
 *
 * <p>The cache leaves out classes in the format of Java 5, which picocli still ships: 170 of them are then loaded,
 * parsed and verified at every start, which was half of the CPU time of a short command. The newer format wants stack
 * maps, so every method body is written again. The code stays the same.
 */
public final class ModernClasses {
    /** The first format that has stack maps and no way round them, with some distance. */
    private static final int MAJOR = ClassFile.JAVA_8_VERSION;

    private final ClassFile format =
            ClassFile.of(StackMapsOption.GENERATE_STACK_MAPS, ConstantPoolSharingOption.NEW_POOL);

    private ModernClasses() {}

    /** Arguments: the jar, which must be on the class path too, and the new jar. */
    public static void main(String[] arguments) throws IOException {
        new ModernClasses().rewrite(Path.of(arguments[0]), Path.of(arguments[1]));
    }

    private void rewrite(Path from, Path to) throws IOException {
        try (ZipFile old = new ZipFile(from.toFile());
                OutputStream file = Files.newOutputStream(to);
                ZipOutputStream fresh = new ZipOutputStream(file)) {
            for (ZipEntry entry : Collections.list(old.entries())) {
                if (entry.isDirectory()) {
                    continue;
                }
                try (InputStream in = old.getInputStream(entry)) {
                    byte[] bytes = in.readAllBytes();
                    fresh.putNextEntry(new ZipEntry(entry.getName()));
                    fresh.write(isClass(entry.getName()) ? modern(bytes) : bytes);
                    fresh.closeEntry();
                }
            }
        }
    }

    private static boolean isClass(String name) {
        return name.endsWith(".class") && !name.endsWith("module-info.class");
    }

    private byte[] modern(byte[] bytes) {
        ClassModel model = format.parse(bytes);
        return model.majorVersion() >= MAJOR ? bytes : format.transformClass(model, everyMethodAgain());
    }

    private static ClassTransform everyMethodAgain() {
        MethodTransform again = MethodTransform.transformingCode((code, step) -> code.with(step));
        return (builder, element) -> {
            switch (element) {
                case ClassFileVersion old -> builder.withVersion(MAJOR, 0);
                case MethodModel method -> builder.transformMethod(method, again);
                default -> builder.with(element);
            }
        };
    }
}
