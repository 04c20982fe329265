"""Files in, on one page and in five steps: files, what they are, columns, checks, load.

Nothing is stored in the database before "Load". The bytes go to a private folder under their own hash;
the name a file arrived with is a label and never a path. Reading happens in a child process
(`socialroi.intake`); this room only asks and tells. Start reading at `page`.
"""
