export declare const pageFolder: URL
