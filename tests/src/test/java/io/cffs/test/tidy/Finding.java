package io.cffs.test.tidy;

/**
 * A place that breaks a rule.
 *
 * @param rule the rule's name, as in {@code allowed.txt}
 * @param path of the file, relative to the repository
 * @param line from 1; 0 when the whole file or package is meant
 * @param sentence what is wrong and what to write instead
 */
record Finding(String rule, String path, long line, String sentence) {
    @Override
    public String toString() {
        return path + ":" + line + ": [" + rule + "] " + sentence;
    }
}
