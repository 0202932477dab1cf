package io.cffs.test.tidy;

import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Every package has a {@code package-info.java} that is its map; a package that only tests see may share its map. */
record PackageMaps() implements Rule {
    private static final int MAP_CHARACTERS_MIN = 80;

    @Override
    public String name() {
        return "package-map";
    }

    @Override
    public List<Finding> check(List<JavaSource> sources) {
        Set<String> mapped = sources.stream()
                .filter(PackageMaps::isMap)
                .map(JavaSource::packageName)
                .collect(Collectors.toSet());
        var firstByPackage = new TreeMap<String, JavaSource>();
        sources.forEach(source -> firstByPackage.putIfAbsent(source.packageName(), source));
        return firstByPackage.entrySet().stream()
                .filter(entry -> !mapped.contains(entry.getKey()))
                .map(entry -> new Finding(name(), entry.getValue().path(), 0,
                        "package " + entry.getKey() + " has no package-info.java that says what is here"))
                .toList();
    }

    private static boolean isMap(JavaSource source) {
        int start = source.text().indexOf("/**");
        int end = source.text().indexOf("*/");
        return source.fileName().equals("package-info.java") && start >= 0 && end - start >= MAP_CHARACTERS_MIN;
    }
}
