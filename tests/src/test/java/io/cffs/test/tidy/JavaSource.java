package io.cffs.test.tidy;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ImportTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * One source file of the repository, parsed but not resolved.
 *
 * @param path relative to the repository, with '/'
 */
record JavaSource(String path, String text, CompilationUnitTree tree, SourcePositions positions) {
    /** The Maven modules whose sources are looked at. */
    static final List<String> MODULES =
            List.of("cffs-txn", "cffs-backend", "fuse-mount", "cffs-daemon", "tests", "bench");

    static JavaSource parse(String path, String text) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        URI uri = URI.create("string:///" + path);
        var file = new SimpleJavaFileObject(uri, SimpleJavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return text;
            }
        };
        JavacTask task = (JavacTask) compiler.getTask(null, null, diagnostic -> {}, null, null, List.of(file));
        try {
            CompilationUnitTree tree = task.parse().iterator().next();
            return new JavaSource(path, text, tree, Trees.instance(task).getSourcePositions());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every Java source of the repository. */
    static List<JavaSource> all(Path repository) {
        return MODULES.stream().flatMap(module -> ofModule(repository, repository.resolve(module))).toList();
    }

    private static Stream<JavaSource> ofModule(Path repository, Path module) {
        if (!Files.isDirectory(module)) {
            return Stream.empty();
        }
        try (Stream<Path> files = Files.walk(module)) {
            List<Path> sources = files
                    .filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.toString().contains("/target/"))
                    .sorted()
                    .toList();
            return sources.stream().map(file -> parse(repository.relativize(file).toString(), read(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The directory that holds the modules, searched upwards from where the test runs. */
    static Path repository() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(at.resolve("cffs-txn"))) {
            at = at.getParent();
        }
        return at;
    }

    String packageName() {
        return tree.getPackageName() == null ? "" : tree.getPackageName().toString();
    }

    String fileName() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Names after {@code import}, without {@code static}. */
    List<String> imports() {
        return tree.getImports().stream()
                .map(ImportTree::getQualifiedIdentifier)
                .map(Tree::toString)
                .toList();
    }

    boolean isMain() {
        return path.contains("/src/main/");
    }

    boolean isBench() {
        return path.startsWith("bench/");
    }

    List<String> lines() {
        return text.lines().toList();
    }

    long startLine(Tree node) {
        return tree.getLineMap().getLineNumber(positions.getStartPosition(tree, node));
    }

    long endLine(Tree node) {
        return tree.getLineMap().getLineNumber(positions.getEndPosition(tree, node));
    }
}
